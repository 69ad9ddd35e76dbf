using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>The rules of squawk, by its own program. It sees no sizes, so that what it finds are warnings; what cannot be parsed is an error.</summary>
public sealed class Squawk(NpmTools tools, ProcessRunner processes)
{
    /// <summary>The program's places in <c>node_modules</c>.</summary>
    public static ImmutableArray<string> Files { get; } = ["@squawk-cli/linux-x64/bin/squawk", "@squawk-cli/linux-arm64/bin/squawk", "@squawk-cli/darwin-arm64/bin/squawk", "@squawk-cli/darwin-x64/bin/squawk"];

    // Each migration is run in a transaction, with both time-outs set.
    static readonly string[] Options = ["--reporter=json", "--assume-in-transaction", "--exclude=require-lock-timeout,require-statement-timeout"];

    static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    /// <summary>What squawk says about the files; null where there is no squawk for this machine.</summary>
    public async Task<ImmutableArray<MigrationFinding>?> FindAsync(ImmutableArray<MigrationFile> files, int serverMajor, CancellationToken cancellation)
    {
        if (files.IsEmpty)
            return [];
        if (await ProgramAsync(cancellation) is not { } program)
            return null;
        var byPath = files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        return [.. (await RunAsync(program, byPath.Keys, serverMajor, cancellation)).Where(found => byPath.ContainsKey(found.File)).Select(found => Of(found, byPath[found.File]))];
    }

    async Task<string?> ProgramAsync(CancellationToken cancellation)
    {
        try
        {
            return await tools.FindAsync(Files, cancellation);
        }
        catch (Exception missing) when (missing is CommandMissingException or CommandFailedException)
        {
            return null;
        }
    }

    async Task<ImmutableArray<Violation>> RunAsync(string program, IEnumerable<string> paths, int serverMajor, CancellationToken cancellation)
    {
        var output = new List<string>();
        try
        {
            await processes.RunAsync(CommandLine.Of(program, [.. Options, $"--pg-version={serverMajor}.0", .. paths]), output.Add, cancellation);
        }
        catch (CommandFailedException failed) when (failed.ExitCode == 1 && output.Exists(line => line.StartsWith('[')))
        {
            // It found something.
        }

        return JsonSerializer.Deserialize<ImmutableArray<Violation>>(output.Find(line => line.StartsWith('[')) ?? "[]", Form);
    }

    static MigrationFinding Of(Violation found, MigrationFile file) => new()
    {
        Rule = found.RuleName, Path = file.Path, Line = found.Line + 1,
        Severity = found.Level == "Error" ? FindingSeverity.Error : FindingSeverity.Warning,
        Statement = "", Fact = found.Message.TrimEnd('.'), Remedy = found.Help ?? $"See https://squawkhq.com/docs/{found.RuleName}.",
    };

    sealed record Violation(string File, int Line, string Level, string Message, string? Help, [property: System.Text.Json.Serialization.JsonPropertyName("rule_name")] string RuleName);
}
