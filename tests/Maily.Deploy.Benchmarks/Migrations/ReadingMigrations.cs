using BenchmarkDotNet.Attributes;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Benchmarks.Migrations;

/// <summary>2,000 migrations of 10 KB. No tool reads them all without applying them, so the floor is the mere reading as text.</summary>
[Calls(10)]
[MemoryDiagnoser]
public class ReadingMigrations
{
    MigrationProject project = null!;

    [GlobalSetup]
    public async Task PrepareAsync() => project = await MigrationProject.WriteAsync(files: 2000, bytes: 10_000);

    [GlobalCleanup]
    public void Remove() => project.Dispose();

    [Benchmark(Baseline = true, Description = "2,000 files as text, kept")]
    public async Task<List<string>> PlainText()
    {
        var texts = new List<string>();
        foreach (var file in Directory.EnumerateFiles(project.Folder))
            texts.Add(await File.ReadAllTextAsync(file, CancellationToken.None));
        return texts;
    }

    [Benchmark(Description = "2,000 files, checked and split")]
    public async Task<object> Ours() => await MigrationFolder.ReadAsync(project.Folder, CancellationToken.None);
}
