using System.Text;
using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Journals;

/// <summary>One record on PostgreSQL, lease checked and durable, against the durable insert that one would write by hand.</summary>
[Calls(200)]
[Needs(Tools.Postgres)]
public class AppendingToPostgres
{
    static readonly string Line = SampleJournal.Lines(3).Last();

    Database server = null!;
    NpgsqlDataSource source = null!;
    PostgresDeploymentStore store = null!;
    Lease lease = null!;
    long sequence;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        server = await Database.StartAsync();
        source = NpgsqlDataSource.Create(server.Journal.ToBuilder().ConnectionString.Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase));
        store = new PostgresDeploymentStore(server.Journal, TimeProvider.System);
        await store.PrepareAsync(CancellationToken.None);
        (_, lease) = await store.TryAcquireAsync(SampleJournal.Environment, SampleJournal.Holder, TimeSpan.FromHours(1), CancellationToken.None);
        await using var make = source.CreateCommand("create table plain (number bigint generated always as identity primary key, record json not null)");
        await make.ExecuteNonQueryAsync(CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await source.DisposeAsync();
        await store.DisposeAsync();
        await server.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "a plain insert and commit")]
    public async Task PlainInsert()
    {
        await using var insert = source.CreateCommand("insert into plain (record) values ($1::json)");
        insert.Parameters.AddWithValue(Line);
        await insert.ExecuteNonQueryAsync(CancellationToken.None);
    }

    [Benchmark(Description = "journal append, PostgreSQL")]
    public Task Ours() => store.AppendAsync(lease, SampleJournal.Id, SampleJournal.Record(++sequence), CancellationToken.None);
}

/// <summary>One record in a file, lease checked and durable, against the append and flush that one would write by hand.</summary>
[Calls(200)]
public class AppendingToFile
{
    static readonly byte[] Line = Encoding.UTF8.GetBytes(SampleJournal.Lines(3).Last() + "\n");

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-");
    FileDeploymentStore store = null!;
    Lease lease = null!;
    long sequence;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        store = new FileDeploymentStore(folder.FullName, TimeProvider.System);
        (_, lease) = await store.TryAcquireAsync(SampleJournal.Environment, SampleJournal.Holder, TimeSpan.FromHours(1), CancellationToken.None);
    }

    [GlobalCleanup]
    public void Remove() => folder.Delete(recursive: true);

    [Benchmark(Baseline = true, Description = "a plain append and flush")]
    public async Task PlainAppend()
    {
        await using var file = new FileStream(Path.Combine(folder.FullName, "plain"), FileMode.Append);
        await file.WriteAsync(Line, CancellationToken.None);
        file.Flush(flushToDisk: true);
    }

    [Benchmark(Description = "journal append, file")]
    public Task Ours() => store.AppendAsync(lease, SampleJournal.Id, SampleJournal.Record(++sequence), CancellationToken.None);
}
