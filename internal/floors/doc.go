// Package floors keeps the house in order, by its tests alone: a package imports only
// lower floors, each outside library has one owner, only main reads the environment, and
// sentences for people stay in texts. It knows packages by name and nothing of what they
// do.
package floors
