//! Files that must be refused, with the message expected.
