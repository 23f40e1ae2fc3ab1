-- One schema a noun: the table's owner can be read off its name.
-- +goose Up
CREATE SCHEMA ledger;
CREATE SCHEMA members;
CREATE SCHEMA catalog;
CREATE SCHEMA receipts;
CREATE SCHEMA program;
CREATE SCHEMA notify;
CREATE SCHEMA bot;
CREATE SCHEMA webhooks;
CREATE SCHEMA jobs;
