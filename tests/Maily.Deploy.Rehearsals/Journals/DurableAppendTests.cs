using System.Text.RegularExpressions;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Rehearsals.Journals;

/// <summary>What the system is asked for while a journal is written: a step that goes on before its record is on the disk would be forgotten when the power fails.</summary>
public sealed partial class DurableAppendTests : IDisposable
{
    const int Records = 3;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-durable-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_record_is_on_the_disk_before_its_step_goes_on()
    {
        var calls = await TraceAsync();

        foreach (var name in new[] { "20261123T195301Z-dfce3c5-aaaa.jsonl", "journal.jsonl" })
        {
            var told = calls.Where(call => call.Contains(name, StringComparison.Ordinal) || call.StartsWith("go on", StringComparison.Ordinal))
                .Select(call => call.Split(' ') is ["go", _, var number] ? number : call.Split(' ')[0]);
            told.ShouldBe(Enumerable.Range(1, Records).SelectMany(number => new[] { "write", "sync", $"{number}" }), name);
            // Without its entry there is no file.
            var made = calls.First(call => call.StartsWith("write ", StringComparison.Ordinal) && call.EndsWith(name, StringComparison.Ordinal))["write ".Length..];
            calls.TakeWhile(call => call != "go on 1").ShouldContain($"sync {Path.GetDirectoryName(made)}");
        }
    }

    [Fact]
    public void Only_a_sync_that_has_ended_counts()
    {
        Calls(["7 pwrite64(3</j/a.jsonl>, \"x\", 1, 0 <unfinished ...>", "8 fsync(3</j/a.jsonl> <unfinished ...>", "7 <... pwrite64 resumed>) = 1", "9 pwrite64(5</j/steps>, \"go on 1\\n\", 8, 0) = 8", "8 <... fsync resumed>) = 0"])
            .ShouldBe(["write /j/a.jsonl", "go on 1", "sync /j/a.jsonl"]);
        Calls(["7 fsync(3</j/a.jsonl>) = -1 EIO (Input/output error)"]).ShouldBeEmpty();
    }

    public void Dispose() => folder.Delete(recursive: true);

    async Task<List<string>> TraceAsync()
    {
        var trace = Path.Combine(folder.FullName, "trace");
        var program = Path.Combine(AppContext.BaseDirectory, "Maily.Deploy.Rehearsals.Host.dll");
        await new ProcessRunner(TimeProvider.System).RunAsync(
            CommandLine.Of("strace", "-f", "-y", "-e", "trace=write,pwrite64,writev,pwritev,fsync,fdatasync", "-e", "signal=none", "-o", trace, "dotnet", "exec", program, "append", folder.FullName, $"{Records}"),
            onLine: null, Cancellation);
        return [.. Calls(await File.ReadAllLinesAsync(trace, Cancellation))];
    }

    // Writes count when they begin and syncs when they have ended, in the order in which the kernel saw them.
    static IEnumerable<string> Calls(IEnumerable<string> trace)
    {
        var pending = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in trace)
        {
            var thread = line.Split(' ')[0];
            if (GoOn().Match(line) is { Success: true } told)
                yield return $"go on {told.Groups["number"].Value}";
            else if (Call().Match(line) is { Success: true } call)
            {
                var (name, file) = (call.Groups["name"].Value, call.Groups["file"].Value);
                if (name.Contains("write", StringComparison.Ordinal))
                    yield return $"write {file}";
                else if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                    pending[thread] = file;
                else if (line.EndsWith("= 0", StringComparison.Ordinal))
                    yield return $"sync {file}";
            }
            else if (line.Contains("sync resumed>", StringComparison.Ordinal) && line.EndsWith("= 0", StringComparison.Ordinal) && pending.Remove(thread, out var synced))
                yield return $"sync {synced}";
        }
    }

    [GeneratedRegex("write(?:64)?\\([0-9]+<[^>]*/steps>, \"go on (?<number>[0-9]+)\\\\n\"", RegexOptions.None, 1000)]
    private static partial Regex GoOn();

    [GeneratedRegex("^[0-9]+ +(?<name>write|pwrite64|writev|pwritev|fsync|fdatasync)\\([0-9]+<(?<file>[^>]+)>", RegexOptions.None, 1000)]
    private static partial Regex Call();
}
