using Npgsql;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What becomes of the database where a release that had come to its end is rolled back.</summary>
public sealed class DatabaseRollbackTests
{
    const string Migrations = "src/Platform/supabase/migrations";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_migration_that_old_code_works_on_stays_and_another_one_is_undone_by_its_down_script()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var before = await product.ReadAsync(Cancellation);
        product.Workspace.Write($"{Migrations}/20990101000000_notes.sql", "create table public.later_notes (id bigint primary key);\n");
        product.Workspace.Write($"{Migrations}/20990102000000_zone.sql", "alter table public.profiles rename column time_zone to zone;\n");
        product.Workspace.Write("src/Platform/supabase/down/20990102000000_zone.sql", "alter table public.profiles rename column zone to time_zone;\n");
        await DeployAsync(product);

        var back = await product.RunAsync(Cancellation, "Rollback");

        back.ExitCode.ShouldBe(0, back.Output);
        var after = await product.ReadAsync(Cancellation);
        before.Except(after).ShouldAllBe(line => IsOfTheHistory(line));
        after.Except(before).ShouldAllBe(line => line.Contains("later_notes", StringComparison.Ordinal) || IsOfTheHistory(line));
        back.Output.ShouldContain("20990101000000_notes stays");
        (await CountAsync(product, "select count(*) from information_schema.tables where table_name = 'later_notes'")).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_way_back_a_person_decides_and_may_restore_the_database_at_the_cost_of_what_was_written_since()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var before = await product.ReadAsync(Cancellation);
        product.Workspace.Write($"{Migrations}/20990101000000_notes.sql", "create table public.later_notes (id bigint primary key);\nalter table public.profiles rename column time_zone to zone;\n");
        await DeployAsync(product);
        await CountAsync(product, "with written as (insert into public.later_notes values (1), (2), (3) returning id) select count(*) from written");

        var left = await product.RunAsync(Cancellation, "Rollback");
        left.ExitCode.ShouldBe(2, left.Output);
        left.Output.ShouldContain("--restore-database");
        left.Output.ShouldContain("later_notes (3 rows now, 0 then)", Case.Sensitive, left.Output);
        (await CountAsync(product, "select count(*) from public.later_notes")).ShouldBe(3);

        var restored = await product.RunAsync(Cancellation, "Rollback", "--restore-database");
        restored.ExitCode.ShouldBe(0, restored.Output);
        restored.Output.ShouldContain("rows written since are lost, as was asked for");
        var after = await product.ReadAsync(Cancellation);
        before.Except(after).ShouldBeEmpty();
        after.Except(before).ShouldBeEmpty();
    }

    static bool IsOfTheHistory(string line) => line.StartsWith("rows supabase_migrations.schema_migrations ", StringComparison.Ordinal);

    static async Task DeployAsync(Product product)
    {
        await product.Workspace.ReleaseAsync("with migrations", Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction", "--accept-downtime", "--reason", "a rehearsal")).ShouldEnd(0, "succeeded");
    }

    static async Task<long> CountAsync(Product product, string sql)
    {
        await using var database = NpgsqlDataSource.Create(product.Parts.Postgres.SuperuserConnectionString());
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
