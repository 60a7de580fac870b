//! How far each assignment has got that is restored, so that a run that was killed goes on.
