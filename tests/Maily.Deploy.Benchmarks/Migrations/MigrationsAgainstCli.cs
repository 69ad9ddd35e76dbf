using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Benchmarks.Migrations;

/// <summary>200 small migrations on one server; the CLI as a whole process, ours in this one.</summary>
public abstract class MigrationsAgainstCli
{
    private protected Database Server { get; private set; } = null!;

    private protected MigrationProject Project { get; private set; } = null!;

    private protected string Url { get; set; } = "";

    private protected MigrateStage Stage => new(Database.SettingsOf(Url), Project.Options);

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        Project.Dispose();
        await Server.DisposeAsync();
    }

    private protected async Task StartAsync()
    {
        (Server, Project) = (await Database.StartAsync(), await MigrationProject.WriteAsync(files: 200, bytes: 200));
        Url = await Server.RecreateAsync("shop");
    }

    private protected Task<string> PushAsync() =>
        Repository.RunInAsync(Project.Root, Tools.SupabasePath, "db", "push", "--yes", "--db-url", Url);
}

/// <summary>All are pending.</summary>
[Calls(5)]
[Needs(Tools.Postgres)]
public class ApplyingMigrations : MigrationsAgainstCli
{
    [GlobalSetup]
    public Task PrepareAsync() => StartAsync();

    // Not awaited by the engine, so not asynchronous.
    [IterationSetup]
    public void Empty() => Url = Server.RecreateAsync("shop").GetAwaiter().GetResult();

    [Benchmark(Baseline = true, Description = "supabase db push, 200 pending")]
    [Needs(Tools.Supabase)]
    public Task<string> SupabaseCli() => PushAsync();

    [Benchmark(Description = "Migrate, 200 pending")]
    public Task Ours() => Deployed.RunAsync(Stage);
}

/// <summary>None is pending.</summary>
[Calls(7)]
[Needs(Tools.Postgres)]
public class NothingPending : MigrationsAgainstCli
{
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        await StartAsync();
        await Deployed.RunAsync(Stage);
    }

    [Benchmark(Baseline = true, Description = "supabase db push, none pending")]
    [Needs(Tools.Supabase)]
    public Task<string> SupabaseCli() => PushAsync();

    [Benchmark(Description = "Migrate, none pending")]
    public async Task Ours()
    {
        if ((await Stage.PlanAsync(Deployed.Later, CancellationToken.None)).Length > 0)
            throw new InvalidOperationException("Migrations are pending.");
    }
}
