//! Pages where something is in the way.

use crate::web::testing::Site;

const WHY: &str = "there is no such socket";

#[tokio::test]
async fn a_swarm_out_of_reach_is_told_once_a_page_below_one_heading() {
    let site = Site::open(None).await;
    for path in ["/services", "/services/web"] {
        let page = site.get(path).await;
        assert_eq!(page.status, 503, "{path}");
        let (frame, main) = page.body.split_once("<main").unwrap();
        let main = main.split("</main>").next().unwrap();
        assert!(frame.contains(WHY) && !main.contains(WHY), "{path}: {main}");
        assert!(
            main.contains("once the swarm is in reach"),
            "{path}: {main}"
        );
        assert_eq!(main.matches("<h1").count(), 1, "{path}: {main}");
    }
}
