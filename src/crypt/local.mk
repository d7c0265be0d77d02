# src/crypt
