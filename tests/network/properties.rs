//! What must hold of the engine whatever it computes.
