-- While a worker has the lease: 1, or 2 if another one had it before and did not give it back. Else 0.
ALTER TABLE assignment ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
