//! Enumerations that list all of their variants, so that none can be forgotten.

/// Declares an enumeration without fields, together with the list of its variants.
macro_rules! with_all {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $($(#[$of_variant:meta])* $variant:ident,)+
        }
    ) => {
        $(#[$attribute])*
        $vis enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// Every variant, in the order in which they are declared.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}
pub(crate) use with_all;
