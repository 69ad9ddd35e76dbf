using System.Collections.Immutable;

namespace Maily.Deploy.Contracts;

/// <summary>What the code that is live asks of the database.</summary>
/// <param name="Contracts">Its contracts.</param>
/// <param name="IsComplete">Whether every service has one, so that what they say is all that counts.</param>
/// <param name="Unknown">Why they are not known; null where they are.</param>
public sealed record LiveContracts(ImmutableArray<DatabaseContract> Contracts, bool IsComplete, string? Unknown = null)
{
    /// <summary>Nothing is live, or nobody has contracts.</summary>
    public static LiveContracts None { get; } = new([], IsComplete: false);

    /// <summary>Services with code and without a contract, for which nothing here speaks.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];
}

/// <summary>The contracts of the code that is live and of the code that comes.</summary>
/// <param name="source">Reads contracts.</param>
/// <param name="services">How many services there are.</param>
/// <param name="liveCommit">The commit that is live; null where none is.</param>
public sealed class ReleaseContracts(ContractSource source, int services, Func<CancellationToken, Task<string?>> liveCommit)
{
    /// <summary>Those of the code that comes.</summary>
    /// <exception cref="UnreadableContractException">One cannot be read.</exception>
    public Task<ImmutableArray<DatabaseContract>> NextAsync(CancellationToken cancellation) => source.ReadAsync(cancellation);

    /// <summary>The services of the code that comes which have no contract.</summary>
    public ImmutableArray<string> NextMissing => source.Missing();

    /// <summary>Those of the code that is live.</summary>
    public async Task<LiveContracts> LiveAsync(CancellationToken cancellation) =>
        await liveCommit(cancellation) is { } commit ? await OfAsync(commit, cancellation) : LiveContracts.None;

    /// <summary>Those of the code of a commit.</summary>
    public async Task<LiveContracts> OfAsync(string commit, CancellationToken cancellation)
    {
        try
        {
            var contracts = await source.ReadAsync(commit, cancellation);
            return new(contracts, contracts.Length == services) { Missing = await source.MissingAsync(commit, cancellation) };
        }
        catch (DeployException unknown) when (unknown is CommitMissingException or UnreadableContractException)
        {
            return new([], IsComplete: false, unknown.Fact);
        }
    }
}
