using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

public sealed class BackwardCompatibilityTests
{
    [Theory]
    [InlineData("create table t (id int primary key); alter table t enable row level security; create policy p on t using (true); create unique index on t (id)")]
    [InlineData("create index concurrently i on t (a)")]
    [InlineData("alter table t add column a text")]
    [InlineData("alter table only public.t add column a numeric(10, 2) not null default 0, add b int")]
    [InlineData("create type mood as enum ('a'); alter type mood add value 'b'")]
    [InlineData("comment on table t is 'x'; grant select on t to public; insert into t values (1)")]
    [InlineData("create table if not exists s.t (id int); create trigger x before update on s.t for each row execute function f()")]
    [InlineData("-- nothing but a comment")]
    public void What_only_adds_is_compatible(string sql) => Judge(sql).IsCompatible.ShouldBeTrue(Judge(sql).Reason);

    [Theory]
    [InlineData("drop table t")]
    [InlineData("alter table t drop column a")]
    [InlineData("alter table t add column a text, drop column b")]
    [InlineData("alter table t add column a text not null")]
    [InlineData("alter table t add column a int references s (id)")]
    [InlineData("alter table t add constraint c check (a > 0)")]
    [InlineData("alter table t alter column a type bigint")]
    [InlineData("alter table t enable row level security")]
    [InlineData("create policy p on t as restrictive using (true)")]
    [InlineData("create unique index on t (a)")]
    [InlineData("create or replace function f() returns int language sql as 'select 1'")]
    [InlineData("revoke select on t from public")]
    [InlineData("do $$ begin drop table t; end $$")]
    [InlineData("update t set a = 1")]
    [InlineData("insert into t values (1) on conflict (id) do update set a = 1")]
    [InlineData("alter table t rename column a to b")]
    [InlineData("alter")]
    [InlineData("alter table")]
    [InlineData("create unique index on")]
    public void What_is_not_known_to_only_add_is_a_doubt(string sql) => Judge(sql).IsCompatible.ShouldBeFalse();

    static CompatibilityVerdict Judge(string sql) => BackwardCompatibility.Judge(SqlSplitter.Statements(sql));
}
