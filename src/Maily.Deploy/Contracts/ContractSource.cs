using System.Collections.Immutable;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Contracts;

/// <summary>Reads the contracts of a commit, as they stand beside its code.</summary>
/// <param name="root">The repository.</param>
/// <param name="folders">Folders of the services and the frontend, below the repository's root.</param>
/// <param name="processes">Runs git.</param>
public sealed class ContractSource(string root, ImmutableArray<string> folders, ProcessRunner processes)
{
    /// <summary>Those in the working tree.</summary>
    /// <exception cref="UnreadableContractException">One cannot be read.</exception>
    public async Task<ImmutableArray<DatabaseContract>> ReadAsync(CancellationToken cancellation)
    {
        var contracts = ImmutableArray.CreateBuilder<DatabaseContract>();
        foreach (var path in folders.Select(folder => Path.Combine(root, folder, DatabaseContract.FileName)).Where(File.Exists))
            contracts.Add(DatabaseContract.Parse(path, await File.ReadAllTextAsync(path, cancellation)));
        return contracts.ToImmutable();
    }

    /// <summary>Those of a commit; none where it had none.</summary>
    /// <exception cref="CommitMissingException">This clone does not have the commit.</exception>
    /// <exception cref="UnreadableContractException">One cannot be read.</exception>
    public async Task<ImmutableArray<DatabaseContract>> ReadAsync(string commit, CancellationToken cancellation)
    {
        var present = (await ListAsync(commit, cancellation)).ToHashSet(StringComparer.Ordinal);
        var paths = folders.Select(folder => $"{folder}/{DatabaseContract.FileName}").Where(present.Contains);
        return [.. await Task.WhenAll(paths.Select(async path => DatabaseContract.Parse($"{path} of {commit}", await processes.RunAsync(Git("show", $"{commit}:{path}"), null, cancellation))))];
    }

    /// <summary>Which of the folders have code in the working tree and no contract, by their last name.</summary>
    public ImmutableArray<string> Missing() =>
        [.. folders.Where(folder => Directory.Exists(Path.Combine(root, folder)) && !File.Exists(Path.Combine(root, folder, DatabaseContract.FileName))).Select(NameOf)];

    /// <summary>Which of the folders have code in a commit and no contract, by their last name.</summary>
    /// <exception cref="CommitMissingException">This clone does not have the commit.</exception>
    public async Task<ImmutableArray<string>> MissingAsync(string commit, CancellationToken cancellation)
    {
        var present = await ListAsync(commit, cancellation);
        return [.. folders.Where(folder => present.Any(file => file.StartsWith($"{folder}/", StringComparison.Ordinal)) && !present.Contains($"{folder}/{DatabaseContract.FileName}", StringComparer.Ordinal)).Select(NameOf)];
    }

    static string NameOf(string folder) => folder[(folder.LastIndexOf('/') + 1)..];

    async Task<string[]> ListAsync(string commit, CancellationToken cancellation)
    {
        try
        {
            return (await processes.RunAsync(Git(["ls-tree", "-r", "--name-only", commit, "--", .. folders]), null, cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (CommandFailedException unknown)
        {
            throw new CommitMissingException(commit, unknown);
        }
    }

    CommandLine Git(params string[] arguments) => CommandLine.Of("git", arguments) with { WorkingDirectory = root };
}

/// <summary>The clone does not have the commit that is live.</summary>
public sealed class CommitMissingException(string commit, CommandFailedException cause)
    : DeployException($"The commit {commit} is not in this clone, so that nobody knows what its code asks of the database.", "Fetch it: `git fetch --unshallow`, or `git fetch origin <commit>`.", cause.Evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
