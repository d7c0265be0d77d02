# doc
dist_doc_DATA += doc/protocol.md
