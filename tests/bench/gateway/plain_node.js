// What one would write in an afternoon: a Node service (fastify, pg) that answers the national dashboard from PostgreSQL, one
// query over the tables that hold the records. It knows no roles, no past, no freshness and no change. A contender of gateway_bench.js.
import Fastify from "fastify";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 8 });
const service = Fastify();
const query = `
  SELECT f.name, f.data, count(c.*) FILTER (WHERE c.open AND c.cause) AS causes, count(c.*) FILTER (WHERE c.open AND NOT c.cause) AS areas,
         coalesce(sum(r.open), 0) AS recommendations, coalesce(sum(r.overdue), 0) AS overdue
  FROM forces f
  LEFT JOIN concerns c ON c.force = f.name
  LEFT JOIN (SELECT concern, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE open AND due < now()) AS overdue
             FROM recommendations GROUP BY concern) r ON r.concern = c.name
  GROUP BY f.name, f.data ORDER BY f.name`;

service.get("/v1/nationalDashboard", async () => {
  const { rows } = await pool.query(query);
  return { dashboard: { rows: rows.map(({ data, causes, areas, recommendations, overdue }) => ({ ...data, counts: {
    openCausesOfConcern: Number(causes), openAreasForImprovement: Number(areas), openRecommendations: Number(recommendations),
    overdueRecommendations: Number(overdue),
  } })) } };
});
await service.listen({ host: "127.0.0.1", port: 0 });
console.log(service.server.address().port);
