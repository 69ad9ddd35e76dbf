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
    /// <exception cref="DeployException">A source exists but cannot be used.</exception>
    public static async Task<Variables> LoadAsync(
        string environment, string root, IReadOnlyCollection<string> needed, IEnumerable<IVariableSource> sources, CancellationToken cancellation)
    {
        var found = new List<Variable>();
        foreach (var source in sources)
            found.AddRange(await source.ReadAsync(new VariableRequest(environment, root, needed, new Variables(found)), cancellation));
        return new Variables(found);
    }
}
