using System.Text.Json;
using Maily.Deploy.Contracts.Postgrest;

namespace Maily.Deploy.Tests.Contracts;

public sealed class PostgrestSqlTests
{
    static readonly Relationships Relations = new(
    [
        new("campaigns_owner_fkey", "campaigns", ["owner_id"], "profiles", ["id"]),
        new("sends_campaign_fkey", "sends", ["campaign_id"], "campaigns", ["id"]),
        new("mails_from_fkey", "mails", ["from_id"], "profiles", ["id"]),
        new("mails_to_fkey", "mails", ["to_id"], "profiles", ["id"]),
    ]);

    [Theory]
    [InlineData("/campaigns", "select t.* from public.\"campaigns\" as t")]
    [InlineData("/campaigns?select=id,title:name,sent::date&status=eq.draft&order=created_at.desc.nullslast,id&limit=5&offset=10",
        "select t.\"id\", t.\"name\", t.\"sent\"::date from public.\"campaigns\" as t where t.\"status\" = 'draft' order by t.\"created_at\" desc nulls last, t.\"id\" limit 5 offset 10")]
    [InlineData("/campaigns?select=id,profiles(time_zone)",
        "select t.\"id\", (select json_agg(row_to_json(embedded)) from (select e0.\"time_zone\" from public.\"profiles\" as e0 where t.\"owner_id\" = e0.\"id\") as embedded) from public.\"campaigns\" as t")]
    [InlineData("/profiles?select=campaigns!inner(id,sends(id))",
        "select (select json_agg(row_to_json(embedded)) from (select e0.\"id\", (select json_agg(row_to_json(embedded)) from (select e1.\"id\" from public.\"sends\" as e1 where e1.\"campaign_id\" = e0.\"id\") as embedded) from public.\"campaigns\" as e0 where e0.\"owner_id\" = t.\"id\") as embedded) from public.\"profiles\" as t")]
    [InlineData("/mails?select=profiles!mails_to_fkey(id)", "select (select json_agg(row_to_json(embedded)) from (select e0.\"id\" from public.\"profiles\" as e0 where t.\"to_id\" = e0.\"id\") as embedded) from public.\"mails\" as t")]
    [InlineData("/a?select=data->>x&b=in.(1,\"a,b\")&c=not.is.null&d=ilike.*x*", "select t.\"data\" from public.\"a\" as t where t.\"b\" in ('1', 'a,b') and not (t.\"c\" is null) and t.\"d\" ilike '%x%'")]
    [InlineData("/a?or=(b.gt.1,and(c.lt.2,d.is.true))&e=eq.it%27s", "select t.* from public.\"a\" as t where (t.\"b\" > '1' or (t.\"c\" < '2' and t.\"d\" is true)) and t.\"e\" = 'it''s'")]
    [InlineData("/rpc/spend?amount=5", "select * from public.\"spend\"(\"amount\" := '5')")]
    public void A_read_is_the_select_that_it_means(string path, string expected) =>
        PostgrestSql.Of(new("x", "anon", "GET", path), Relations).ShouldBe(expected);

    [Theory]
    [InlineData("POST", "/a", """{"b":1,"c":"x"}""", """insert into public."a" ("b", "c") select "b", "c" from json_populate_recordset(null::public."a", '[{"b":1,"c":"x"}]'::json) returning 1""")]
    [InlineData("POST", "/a?on_conflict=b", """[{"b":1}]""", """insert into public."a" ("b") select "b" from json_populate_recordset(null::public."a", '[{"b":1}]'::json) on conflict ("b") do update set "b" = excluded."b" returning 1""")]
    [InlineData("PATCH", "/a?id=eq.1", """{"b":null}""", """update public."a" as t set "b" = given."b" from json_populate_record(null::public."a", '{"b":null}'::json) as given where t."id" = '1' returning 1""")]
    [InlineData("DELETE", "/a?id=eq.1", "{}", """delete from public."a" as t where t."id" = '1' returning 1""")]
    [InlineData("POST", "/rpc/f", """{"a":null,"b":[1],"c":"x"}""", """select * from public."f"("a" := null, "b" := '[1]', "c" := 'x')""")]
    public void A_write_is_the_statement_that_it_means(string method, string path, string body, string expected)
    {
        using var json = JsonDocument.Parse(body);
        PostgrestSql.Of(new("x", "anon", method, path) { Body = json.RootElement }, Relations).ShouldBe(expected);
    }

    [Theory]
    [InlineData("/a?select=profiles(id)", "PGRST200: no relationship between a and profiles")]
    [InlineData("/mails?select=profiles(id)", "PGRST201: more than one relationship between mails and profiles: mails_from_fkey, mails_to_fkey")]
    [InlineData("/a?b=similar.x", "PGRST100: the operator similar is not understood")]
    [InlineData("/a?or=b.gt.1", "PGRST100: or wants conditions in parentheses")]
    public void What_postgrest_refuses_is_refused(string path, string expected) =>
        Should.Throw<PostgrestRefusedException>(() => PostgrestSql.Of(new("x", "anon", "GET", path), Relations)).Fact.ShouldBe(expected);
}
