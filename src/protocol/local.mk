# src/protocol
