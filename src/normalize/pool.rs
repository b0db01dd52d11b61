//! Distinct values, each analysed once and then named by a small integer.

/// Position of a value in a [`Pool`]; 0 is the missing value.
pub type PoolId = u32;

/// Distinct analysed values. Position 0 is reserved for "missing".
#[derive(Debug, Clone, Default)]
pub struct Pool<T> {
    /// Analysed values; `values[0]` is the missing value.
    pub values: Vec<T>,
}

impl<T> Pool<T> {
    /// Value at `id`.
    pub fn get(&self, id: PoolId) -> &T {
        &self.values[id as usize]
    }
}
