//! One function, from bytes to text. Everything else is Python, in `python/access_package`.

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    /// Answers a question in JSON.
    #[pyfunction]
    fn ask(py: Python<'_>, operation: &str, question: &[u8]) -> String {
        py.detach(|| access_package::ask(operation, question))
    }
}
