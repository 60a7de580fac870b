//! Advice for refusals by Microsoft Graph itself.

/// Advice for an error of Microsoft Graph, by its code. `None` if the crate has none, because no public document does.
///
/// Graph uses one code for many reasons, so this is only advice. A server that uses this crate says more, in the
/// details of its errors.
///
/// ```
/// use access_package::graph::help_for;
///
/// assert!(help_for("NoLicense").unwrap().contains("license"));
/// assert_eq!(help_for("InvalidModel"), None);
/// ```
#[must_use]
pub fn help_for(code: &str) -> Option<&'static str> {
    // Sources: the pages on licensing and on catalogs of Microsoft Entra. For `UnAuthorized`, R1 to R6.
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
