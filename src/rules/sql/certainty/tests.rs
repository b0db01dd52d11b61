//! Certain and possible answers against all that the unknown cells may hold.
