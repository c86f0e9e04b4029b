"""Every reader of bytes that others wrote meets bytes that nobody meant: bounded here, longer by
`RECON_FUZZ`."""
