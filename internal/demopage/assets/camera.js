// A laptop's camera: a phone has its own, which its file picker opens.
import { el, icon } from './dom.js';
import { word } from './words.js';
import { pageToast } from './dialogs.js';

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

// shoot shows what the camera sees and gives the picture taken, or null.
export async function shoot() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } } });
  } catch {
    pageToast(word('noCamera'));
    return null;
  }
  const video = el('video', { autoplay: true, muted: true, playsInline: true });
  video.srcObject = stream;
  const dialog = el('dialog', { class: 'camera', 'aria-label': word('attachCamera') }, video,
    el('div', { class: 'camera-tools' },
      el('button', { type: 'button', class: 'icon-button', 'aria-label': word('cancel'), title: word('cancel'), onclick: () => dialog.close('') }, icon('close')),
      el('button', { type: 'button', class: 'shutter', 'aria-label': word('attachCamera'), title: word('attachCamera'), onclick: () => dialog.close('shot') })));
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('.shutter').focus();
  await new Promise((done) => dialog.addEventListener('close', done, { once: true }));
  const picture = dialog.returnValue === 'shot' && video.videoWidth ? await frame(video) : null;
  stream.getTracks().forEach((track) => track.stop());
  dialog.remove();
  return picture;
}

async function frame(video) {
  const canvas = el('canvas', { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d').drawImage(video, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
  return new File([blob], 'photo.jpg', { type: 'image/jpeg' });
}
