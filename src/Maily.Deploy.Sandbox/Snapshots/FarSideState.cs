using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>What a deployment may have changed on the far sides, as sorted lines. Equal states are equal line by line.</summary>
public sealed partial record FarSideState
{
    /// <summary>The database's catalog and rows, without what this tool keeps there for itself.</summary>
    public ImmutableArray<string> Database { get; init; } = [];

    /// <summary>The clusters' objects, without what clusters write by themselves.</summary>
    public ImmutableArray<string> Clusters { get; init; } = [];

    /// <summary>The frontend that serves production, whether domains follow by themselves, and the project's variables.</summary>
    public ImmutableArray<string> Frontend { get; init; } = [];

    /// <summary>All deployments on Vercel.</summary>
    public ImmutableArray<string> Staged { get; init; } = [];

    /// <summary>All tags of the registry with their digests.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>All backups, where a folder for them is named.</summary>
    public ImmutableArray<string> Backups { get; init; } = [];

    /// <summary>Reads all of it.</summary>
    /// <param name="parts">The sandbox.</param>
    /// <param name="written">Tables whose rows somebody else writes meanwhile, as <c>schema.table</c>.</param>
    /// <param name="backups">The folder of the backups; null where none is named.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static async Task<FarSideState> ReadAsync(SandboxParts parts, string[] written, string? backups, CancellationToken cancellation) => new()
    {
        Database = await DatabaseAsync(parts, written, cancellation),
        Clusters = ClusterObjects.Read(parts.Clusters),
        Frontend = FrontendOf(parts),
        Staged = [.. parts.Vercel.State.Deployments.Select(deployment => $"staged {deployment.Id}").Order(StringComparer.Ordinal)],
        Tags = [.. TagsIn(parts.Registry.ImagesFolder).Order(StringComparer.Ordinal)],
        Backups = backups is null || !Directory.Exists(backups) ? [] : [.. Directory.GetDirectories(backups).Select(folder => $"backup {Path.GetFileName(folder)}").Order(StringComparer.Ordinal)],
    };

    /// <summary>The database alone.</summary>
    public static Task<ImmutableArray<string>> DatabaseAsync(SandboxParts parts, string[] written, CancellationToken cancellation) =>
        DatabaseState.ReadAsync(parts.Postgres.SuperuserConnectionString(), written, cancellation);

    /// <summary>
    /// The same with everything that differs from run to run of one release taken out: what deployments, frontends and images are called.
    /// What is called so in the former state is the same in all runs, and stays: it is told from what a run has made.
    /// </summary>
    public FarSideState OfAnyRun(FarSideState former)
    {
        var known = former.Lines.SelectMany(line => Names().Matches(line)).Select(name => name.Value).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> Of(ImmutableArray<string> lines) => [.. lines.Select(line => Names().Replace(line, name => known.Contains(name.Value) ? name.Value : $"<{name.Groups.Values.Skip(1).Single(kind => kind.Success).Name}>"))];
        return this with { Clusters = Of(Clusters), Frontend = Of(Frontend), Staged = Of(Staged), Tags = Of(Tags), Backups = Of(Backups) };
    }

    IEnumerable<string> Lines => [.. Database, .. Clusters, .. Frontend, .. Staged, .. Tags, .. Backups];

    /// <summary>Each line that only one of both has: <c>+</c> of this one, <c>-</c> of the one before.</summary>
    public IEnumerable<string> DifferencesTo(FarSideState before) =>
        Difference(before.Database, Database).Concat(Difference(before.Clusters, Clusters)).Concat(Difference(before.Frontend, Frontend))
            .Concat(Difference(before.Staged, Staged)).Concat(Difference(before.Tags, Tags)).Concat(Difference(before.Backups, Backups));

    // Of lines that are equal, each counts: a second frontend of one release is one too many.
    internal static IEnumerable<string> Difference(ImmutableArray<string> before, ImmutableArray<string> after) =>
        Beyond(before, after).Select(line => $"- {line}").Concat(Beyond(after, before).Select(line => $"+ {line}"));

    static IEnumerable<string> Beyond(ImmutableArray<string> these, ImmutableArray<string> others)
    {
        var left = others.CountBy(line => line, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var line in these)
            if (left.GetValueOrDefault(line) is > 0 and var count)
                left[line] = count - 1;
            else
                yield return line;
    }

    static ImmutableArray<string> FrontendOf(SandboxParts parts)
    {
        var state = parts.Vercel.State;
        return
        [
            $"frontend {state.Production?.Id ?? "none"}",
            $"domains follow {state.Project.AutoAssignCustomDomains}",
            .. state.Variables.Select(variable => $"variable {variable.Key} {variable.Type} {string.Join(',', variable.Target)} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(variable.Value)))[..12]}").Order(StringComparer.Ordinal),
        ];
    }

    // <images>/docker/registry/v2/repositories/<name>/_manifests/tags/<tag>/current/link
    static IEnumerable<string> TagsIn(string images)
    {
        var root = Path.Combine(images, "docker", "registry", "v2", "repositories");
        if (!Directory.Exists(root))
            yield break;
        foreach (var link in Directory.EnumerateFiles(root, "link", SearchOption.AllDirectories).Where(file => file.EndsWith("/current/link", StringComparison.Ordinal)))
        {
            var parts = Path.GetRelativePath(root, link).Split("/_manifests/tags/");
            yield return $"tag {parts[0]}:{parts[1][..^"/current/link".Length]} {File.ReadAllText(link)}";
        }
    }

    [GeneratedRegex("(?<deployment>[0-9]{8}T[0-9]{6}Z-[0-9a-f]{7}-[a-z0-9]{4})|(?<frontend>dpl_[A-Za-z0-9]+)|(?<digest>sha256:[0-9a-f]{64})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();
}
