using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What a user types about the database, and reads.</summary>
public sealed class DatabaseCommandTests(LiveProduct live)
{
    const string Pending = "src/Platform/supabase/migrations/20990101000000_pending.sql";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_listed_and_restored_into_an_empty_database_and_into_no_other()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var made = (await loan.RunAsync(Cancellation, "Backup")).ShouldEnd(0, "succeeded");
        (await loan.RunAsync(Cancellation, "Backups")).Output.ShouldContain(made.Id);
        var target = new NpgsqlConnectionStringBuilder(loan.Product.Parts.Postgres.SuperuserConnectionString()) { Database = $"restored_{Guid.NewGuid():n}" };
        await RunAsync(loan, $"create database {target.Database}");
        try
        {
            var address = new Dictionary<string, string?> { ["INTO"] = $"postgresql://{target.Username}:{target.Password}@{target.Host}:{target.Port}/{target.Database}" };
            await CopyPlatformAsync(loan, target);

            var restored = await loan.RunAsync(address, Cancellation, "Restore", "--backup", made.Id);
            restored.ExitCode.ShouldBe(0, restored.Output);
            (await CountAsync(target, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(10);
            (await CountAsync(target, "select count(*) from pg_policies where schemaname = 'public'")).ShouldBeGreaterThan(0);

            var refused = await loan.RunAsync(address, Cancellation, "Restore", "--backup", made.Id);
            refused.ExitCode.ShouldBe(3, refused.Output);
            refused.Output.ShouldContain($"--confirm {target.Database}", Case.Sensitive, refused.Output);
            var unknown = await loan.RunAsync(address, Cancellation, "Restore", "--backup", "20200101T000000Z-abcdef0-aaaa");
            unknown.ExitCode.ShouldBe(3, unknown.Output);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync(loan, $"drop database {target.Database} with (force)");
        }
    }

    [Fact]
    public async Task What_a_pending_migration_does_to_tables_is_listed_and_one_that_fails_is_refused()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        (await loan.RunAsync(Cancellation, "LintMigrations")).ExitCode.ShouldBe(0);
        loan.Workspace.Write(Pending, "alter table public.sends alter column provider_message_id type varchar(40);\n");

        // The table is empty: worth knowing, and no reason to refuse.
        var listed = await loan.RunAsync(Cancellation, "LintMigrations");
        listed.ExitCode.ShouldBe(0, listed.Output);
        listed.Output.ShouldContain("20990101000000_pending.sql:1: rewrite: ");
        listed.Output.ShouldContain("takes ACCESS EXCLUSIVE on public.sends (about 0 rows");

        loan.Workspace.Write(Pending, "insert into public.no_such_table values (1);\n");
        var broken = await loan.RunAsync(Cancellation, "LintMigrations");
        broken.ExitCode.ShouldBe(3, broken.Output);
        broken.Output.ShouldContain("failed with 42P01");
    }

    [Fact]
    public async Task A_schema_that_somebody_changed_by_hand_is_refused_unless_it_is_accepted_with_a_reason()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        loan.Workspace.Write(Pending, "create table public.pending (id bigint primary key);\n");
        await loan.Workspace.CommitAsync("A migration", Cancellation);
        await RunAsync(loan, "alter table public.events add column by_hand int");
        try
        {
            var refused = await loan.RunAsync(Cancellation, "Validate");
            refused.ExitCode.ShouldBe(3, refused.Output);
            refused.Output.ShouldContain("column public.events.by_hand is there and should not be");
            (await loan.RunAsync(Cancellation, "Plan")).Output.ShouldContain("column public.events.by_hand is there and should not be");
            (await loan.RunAsync(Cancellation, "Validate", "--accept-drift")).ExitCode.ShouldBe(3);
            var accepted = await loan.RunAsync(Cancellation, "Validate", "--accept-drift", "--reason", "a rehearsal");
            accepted.ExitCode.ShouldBe(0, accepted.Output);
        }
        finally
        {
            await RunAsync(loan, "alter table public.events drop column by_hand");
        }
    }

    [Fact]
    public async Task A_backup_that_is_not_restored_first_is_said_and_recorded()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var run = (await loan.RunAsync(Cancellation, "Backup", "--skip-restore-check", "--reason", "a rehearsal")).ShouldEnd(0, "succeeded");
        run.StateOf("Backup/database").ShouldBe("verified");
        run.StateOf("Backup/restore").ShouldBeNull();
        run.Report!.ToJsonString().ShouldContain("--skip-restore-check");
    }

    // As a new project has it: all that is not the application's.
    static async Task CopyPlatformAsync(LiveProduct.Loan loan, NpgsqlConnectionStringBuilder target)
    {
        var source = new NpgsqlConnectionStringBuilder(loan.Product.Parts.Postgres.SuperuserConnectionString());
        var processes = new ProcessRunner(TimeProvider.System);
        var tools = await PostgresTools.FindAsync(15, processes, Cancellation);
        DatabaseSettings At(string name) => DatabaseSettings.Parse("database", $"postgresql://{source.Username}:{source.Password}@{source.Host}:{source.Port}/{name}");
        var shape = loan.Workspace.PathOf("platform.sql");
        await processes.RunAsync(tools.Against(At(source.Database!), "pg_dump", "--schema-only", "--exclude-schema=public", "--exclude-schema=maily_deploy", "--exclude-schema=supabase_migrations", $"--file={shape}"), null, Cancellation);
        await processes.RunAsync(tools.Against(At(target.Database!), "psql", "--no-psqlrc", "--quiet", $"--file={shape}"), null, Cancellation);
    }

    static async Task RunAsync(LiveProduct.Loan loan, string sql)
    {
        await using var database = NpgsqlDataSource.Create(loan.Product.Parts.Postgres.SuperuserConnectionString());
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    static async Task<long> CountAsync(NpgsqlConnectionStringBuilder target, string sql)
    {
        await using var database = NpgsqlDataSource.Create(target.ConnectionString);
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
