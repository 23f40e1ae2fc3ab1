-- Receipts of more countries: codes that carry their clock's offset, and documents that
-- look like a sale and are none.
-- +goose Up
ALTER TABLE receipts.receipt
	ADD COLUMN zone text NOT NULL DEFAULT '' CHECK (zone ~ '^(Z|[+-][0-9]{2}:[0-9]{2})?$'), -- of local_time; '' the store's
	DROP CONSTRAINT receipt_operation_check,
	ADD CONSTRAINT receipt_operation_check CHECK (operation IN ('', 'sale', 'refund', 'purchase', 'purchase_refund',
		'proforma', 'training', 'copy', 'cancelled', 'report'));
