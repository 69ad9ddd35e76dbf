using System.Collections.Immutable;
using Maily.Deploy.Aws;

namespace Maily.Deploy.Secrets;

/// <summary>Reads an environment's variables from several sources, strong ones first.</summary>
public static class VariablesLoader
{
    /// <summary>Asks each source in turn; where two have one name, the earlier source wins.</summary>
    /// <param name="environment">The environment's name.</param>
    /// <param name="root">The repository's root folder.</param>
    /// <param name="needed">Names that the run needs; slow sources are asked only if one of them is missing.</param>
    /// <param name="sources">The sources, strong ones first.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="DeployException">A local source exists but cannot be used; a hosted one that refuses is a problem of the result.</exception>
    public static async Task<Variables> LoadAsync(
        string environment, string root, IReadOnlyCollection<string> needed, IEnumerable<IVariableSource> sources, CancellationToken cancellation)
    {
        var found = new List<Variable>();
        var problems = ImmutableArray.CreateBuilder<DeployException>();
        foreach (var source in sources)
        {
            try
            {
                found.AddRange(await source.ReadAsync(new VariableRequest(environment, root, needed, new Variables(found)), cancellation));
            }
            catch (AwsRefusedException unread)
            {
                // A hosted source that does not answer must not hide what else is wrong: the checks tell all at once.
                problems.Add(unread);
            }
        }

        return new Variables(found) { Problems = problems.ToImmutable() };
    }
}
