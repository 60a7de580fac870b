//! What helps against refusals of Microsoft Graph's own.

/// What helps where Microsoft Graph itself refuses, by the code of its error; `None` where no public document tells.
///
/// Graph gives one code for many reasons, so this is advice, and no reading of its answer. A server of this crate says more,
/// in the details of its errors.
///
/// ```
/// use access_package::graph::what_helps;
///
/// assert!(what_helps("NoLicense").unwrap().contains("license"));
/// assert_eq!(what_helps("InvalidModel"), None);
/// ```
#[must_use]
pub fn what_helps(code: &str) -> Option<&'static str> {
    // Documented in the pages on licensing and on catalogs of Microsoft Entra; what the first one says of rights is R1 to R6.
    const KNOWN: [(&str, &str); 3] = [
        ("UnAuthorized", "find out which permission or role is missing: evaluate the caller with this crate"),
        ("NoLicense", "get a license for entitlement management, such as Microsoft Entra ID Governance"),
        (
            "CallerNotResourceOwner",
            "become an owner of the resource; as an application, obtain the permission to change it, such as `Group.ReadWrite.All`",
        ),
    ];
    KNOWN.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, help)| help)
}
