using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Drift;

/// <summary>A part of the product that can be compared with its release. Made when it is needed: it may lack its settings.</summary>
/// <param name="Name">Its name: <c>region eu-west-1</c>.</param>
/// <param name="Make">Makes what compares it; a <see cref="DeployException"/> that refuses (a variable is missing) leaves the part out, which is said.</param>
public sealed record DriftSource(string Name, Func<IDriftComparison> Make);

/// <summary>Compares one part with its release; changes nothing.</summary>
public interface IDriftComparison
{
    /// <summary>Compares what is live.</summary>
    /// <param name="name">The part's name.</param>
    /// <param name="release">The release that is live by the record, and those that stand below it.</param>
    /// <param name="cancellation">Aborts.</param>
    Task<DriftPart> CompareAsync(string name, ReleasedState release, CancellationToken cancellation);
}

/// <summary>What the records say is live.</summary>
/// <param name="Live">The release.</param>
/// <param name="Standing">The deployments whose releases can be gone back to, the live one included.</param>
public sealed record ReleasedState(ReleaseRecord Live, IReadOnlySet<string> Standing);
