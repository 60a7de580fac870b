//! The database. A save replaces only the version that was loaded, so one of two writers loses.

mod assignments;
mod database;
mod work;

use std::time::Duration;

use access_package::{
    AccessPackageId, Assignment, AssignmentId, AssignmentRequest, AssignmentRequestId, ObjectId, Purpose,
    Recency, ResourceRole, RoleAssignment, Timestamp,
};

use sqlx::{Any, AnyPool, Executor, query, query_as, query_scalar};

pub use assignments::{Listed, Row, Wanted};
pub use database::{Kind, is_busy};
pub use work::{Claimed, announce, listen};

use crate::Problem;

#[derive(Clone)]
pub struct Store {
    pub pool: AnyPool,
    pub kind: Kind,
}

impl Store {
    /// Opens the database and brings it up to date. A missing one is created if `create` says so. `wait`
    /// limits the wait for a lock; the wait for a free connection may take two and a half times as long.
    pub async fn open(database: &str, create: bool, wait: Duration) -> Result<Self, Problem> {
        let (pool, kind) = Kind::open(database, create, wait).await?;
        let store = Self { pool, kind };
        store.look_again().await?;
        Ok(store)
    }

    /// Whether the database can be read and written.
    pub async fn ready(&self) -> Result<(), Problem> {
        self.kind.ready(&self.pool).await
    }

    /// Inserts a new request.
    pub async fn insert_request(
        &self,
        id: AssignmentRequestId,
        assignment: AssignmentId,
        request_type: &str,
        completed: Timestamp,
    ) -> Result<(), Problem> {
        query("INSERT INTO assignment_request VALUES ($1, $2, $3, $4)")
            .bind(id.to_string())
            .bind(assignment.to_string())
            .bind(request_type)
            .bind(completed.unix_ticks())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The assignment that a request asked for.
    pub async fn requested(&self, id: AssignmentRequestId) -> Result<Option<AssignmentId>, Problem> {
        let assignment = query_scalar::<_, String>("SELECT assignment FROM assignment_request WHERE id = $1");
        let assignment = assignment.bind(id.to_string()).fetch_optional(&self.pool).await?;
        Ok(assignment.map(|assignment| assignment.parse()).transpose()?)
    }

    /// Loads a request for this assignment. A newer request that asks for access supersedes it.
    pub async fn request(
        &self,
        on: impl Executor<'_, Database = Any>,
        id: AssignmentRequestId,
        assignment: &Assignment,
    ) -> Result<AssignmentRequest, Problem> {
        let sql = "SELECT this.request_type, this.completed, newer.request_type FROM assignment_request AS this \
                   LEFT JOIN assignment_request AS newer \
                   ON newer.assignment = this.assignment AND newer.completed > this.completed \
                   WHERE this.id = $1 AND this.assignment = $2";
        let rows = query_as::<_, (String, i64, Option<String>)>(sql);
        let rows = rows.bind(id.to_string()).bind(assignment.id().to_string()).fetch_all(on).await?;
        let (request_type, completed, _) = rows.first().ok_or_else(|| format!("request `{id}` is gone"))?;
        let supersedes = |newer: &String| Purpose::of_request_type(newer) == Purpose::Grant;
        let is_superseded = rows.iter().filter_map(|(_, _, newer)| newer.as_ref()).any(supersedes);
        Ok(AssignmentRequest {
            id,
            assignment: assignment.id(),
            purpose: Purpose::of_request_type(request_type),
            state: assignment.state(),
            completed: Timestamp::from_unix_ticks(*completed).ok_or("completed at no instant")?,
            recency: if is_superseded { Recency::Superseded } else { Recency::Newest },
        })
    }

    /// Sets what an access package gives from now on.
    pub async fn set_gives(&self, package: AccessPackageId, gives: &[ResourceRole]) -> Result<(), Problem> {
        query("INSERT INTO access_package VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET gives = excluded.gives")
            .bind(package.to_string())
            .bind(serde_json::to_string(gives)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The roles of a principal. A role that the crate does not know does not count.
    pub async fn roles(&self, principal: ObjectId) -> Result<Vec<RoleAssignment>, Problem> {
        let sql = "SELECT role, app_scope_id FROM role_assignment WHERE principal = $1";
        let rows = query_as::<_, (String, String)>(sql);
        let rows = rows.bind(principal.to_string()).fetch_all(&self.pool).await?;
        let known = |(role, scope): &(String, String)| {
            Some(RoleAssignment { role: role.parse().ok()?, scope: scope.parse().ok()? })
        };
        Ok(rows.iter().filter_map(known).collect())
    }

    /// Gives a principal a role.
    pub async fn add_role(&self, principal: ObjectId, held: RoleAssignment) -> Result<(), Problem> {
        query("INSERT INTO role_assignment VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(principal.to_string())
            .bind(held.role.id().to_string())
            .bind(held.scope.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
