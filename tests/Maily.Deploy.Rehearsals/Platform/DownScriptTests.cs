using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Migrations.Safety;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Migrations;
using Maily.Deploy.Rehearsals.Sandbox;

namespace Maily.Deploy.Rehearsals.Platform;

/// <summary>Maily's own migrations, on a server with Supabase's shape: all are safe, and down, up and down again lead where they should.</summary>
public sealed class DownScriptTests(SandboxFixture fixture)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void There_are_down_scripts_and_each_belongs_to_a_migration()
    {
        var scripts = Directory.GetFiles(PlatformFolder.Path("supabase", "down"), "*.sql").Select(Path.GetFileName).ToArray();

        // Without one, nothing here would show that any leads back.
        scripts.ShouldNotBeEmpty();
        scripts.Except(Directory.GetFiles(PlatformFolder.Path("supabase", "migrations")).Select(Path.GetFileName)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_migrations_are_safe_and_their_down_scripts_lead_back()
    {
        var postgres = (await fixture.GetAsync()).Parts.Postgres;
        var target = DatabaseSettings.From(new([new(DatabaseSettings.UrlVariable, postgres.DatabaseUrl, "test")]));
        var server = ScratchServer.From(new([new(ScratchServer.UrlVariable, postgres.ScratchUrl, "test")]));
        var processes = new ProcessRunner(TimeProvider.System);
        var files = (await MigrationFolder.ReadAsync(PlatformFolder.Path("supabase", "migrations"), Cancellation)).Files;
        var lint = new MigrationLint(target, new Squawk(NpmTool.All, processes), new SchemaReplay(target, server, null, processes, TimeProvider.System));
        var report = await lint.RunAsync([], files, Cancellation);
        report.Findings.ShouldBeEmpty();
        report.Measured.ShouldBe(files.Sum(file => file.Statements.Count(statement => !statement.IsEmpty)));
    }
}
