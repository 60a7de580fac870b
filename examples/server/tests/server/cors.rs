//! Pages of other origins may call only if the configuration names these origins.

use access_package_server::development::SAMPLE;

use crate::support::{Place, Server, V1, request, token};

const PAGE: &str = "https://portal.example.org";

fn start(origins: Option<&str>) -> (Place, Server) {
    let place = Place::new();
    let origins: Vec<_> = origins.iter().map(|origins| ("CORS_ORIGINS", (*origins).to_owned())).collect();
    let server = Server::start_with(&place, &origins);
    (place, server)
}

#[test]
fn a_page_may_call() {
    let (_place, server) = start(Some("https://portal.example.org http://localhost:3000"));
    let path = format!("{V1}/{SAMPLE}/reprocess");
    for origin in [PAGE, "http://localhost:3000"] {
        let headers = format!("Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n");
        let asked = server.send(&request("OPTIONS", &path, &headers));
        assert_eq!((asked.status, &*asked.body), (204, ""));
        assert_eq!(asked.header("access-control-allow-origin"), Some(origin));
        assert_eq!(asked.header("access-control-allow-methods"), Some("GET, POST"));
        assert!(asked.header("access-control-allow-headers").unwrap().contains("authorization"));
        assert_eq!(asked.header("access-control-allow-credentials"), None);
        let headers = format!("Origin: {origin}\r\nAuthorization: Bearer {}\r\n", token("manager"));
        for path in [V1, "/v1.0/me"] {
            let answer = server.send(&request("GET", path, &headers));
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("vary"), Some("Origin"));
            assert!(answer.header("access-control-expose-headers").unwrap().contains("request-id"));
        }
    }
    let refused = server.send(&request("GET", V1, &format!("Origin: {PAGE}\r\n")));
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some(PAGE)));
    // Without a method, this is not a browser's question.
    assert_eq!(server.send(&request("OPTIONS", &path, &format!("Origin: {PAGE}\r\n"))).status, 401);
}

#[test]
fn no_other_page_may() {
    for (origins, vary) in [(None, None), (Some("https://example.org"), Some("Origin"))] {
        let (_place, server) = start(origins);
        for origin in
            [PAGE, "null", "https://example.org.evil", "https://example.org:8443", "http://example.org", "*"]
        {
            let headers = format!("Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n");
            let asked = server.send(&request("OPTIONS", V1, &headers));
            assert_eq!((asked.status, asked.header("access-control-allow-origin")), (401, None), "{origin}");
            let headers = format!("Origin: {origin}\r\nAuthorization: Bearer {}\r\n", token("application"));
            let answer = server.send(&request("GET", V1, &headers));
            assert_eq!(
                (answer.status, answer.header("access-control-allow-origin")),
                (200, None),
                "{origin}"
            );
            assert_eq!(answer.header("vary"), vary);
        }
    }
}
