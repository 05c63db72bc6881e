//! Undertone's cryptography.
