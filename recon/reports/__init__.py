"""What people read of a night: the breaks, the proofs, the counts, the certificate."""
