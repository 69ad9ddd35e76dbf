using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Journals;

/// <summary>10,000 records read and folded, against reading their text alone.</summary>
[Calls(20)]
[MemoryDiagnoser]
[Needs(Tools.Postgres)]
public class LoadingFromPostgres
{
    const int Count = 10_000;

    Database server = null!;
    PostgresDeploymentStore store = null!;
    NpgsqlConnection connection = null!;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        server = await Database.StartAsync();
        store = new PostgresDeploymentStore(server.Journal, TimeProvider.System);
        await store.PrepareAsync(CancellationToken.None);
        connection = new NpgsqlConnection(server.Journal.ToBuilder().ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await SampleJournal.PutAsync(connection, Count, CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await connection.DisposeAsync();
        await store.DisposeAsync();
        await server.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "a plain select of 10,000 rows")]
    public Task<List<string>> PlainSelect() => connection.ListAsync<string>("select record::text from maily_deploy.journal order by sequence", CancellationToken.None);

    [Benchmark(Description = "journal of 10,000 records, PostgreSQL")]
    public Task<JournalState> Ours() => Journal.ReadAsync(store, SampleJournal.Environment, SampleJournal.Id, CancellationToken.None);
}

/// <summary>10,000 records read and folded, against reading their text alone.</summary>
[Calls(20)]
[MemoryDiagnoser]
public class LoadingFromFile
{
    const int Count = 10_000;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-");
    FileDeploymentStore store = null!;

    string File => Path.Combine(folder.FullName, SampleJournal.Environment, $"{SampleJournal.Id}.jsonl");

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        store = new FileDeploymentStore(folder.FullName, TimeProvider.System);
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllLinesAsync(File, SampleJournal.Lines(Count), CancellationToken.None);
    }

    [GlobalCleanup]
    public void Remove() => folder.Delete(recursive: true);

    [Benchmark(Baseline = true, Description = "10,000 lines as text")]
    public Task<string[]> PlainLines() => System.IO.File.ReadAllLinesAsync(File, CancellationToken.None);

    [Benchmark(Description = "journal of 10,000 records, file")]
    public Task<JournalState> Ours() => Journal.ReadAsync(store, SampleJournal.Environment, SampleJournal.Id, CancellationToken.None);
}
