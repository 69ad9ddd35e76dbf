using System.Collections.Immutable;

namespace Maily.Deploy.Secrets;

/// <summary>
/// The variables of one environment, read once from all sources (process environment, <c>.env.&lt;environment&gt;</c>,
/// AWS Secrets Manager). Names are found as NUKE finds them: <c>VERCEL_TOKEN</c>, <c>VercelToken</c> and
/// <c>NUKE_VERCEL_TOKEN</c> are one name.
/// </summary>
public sealed class Variables
{
    readonly ImmutableDictionary<string, Variable> byName;

    /// <summary>Holds the given variables; where two have one name the first wins, so that sources go from strong to weak.</summary>
    public Variables(IEnumerable<Variable> variables) =>
        byName = variables.Where(variable => variable.Value.Length > 0)
            .GroupBy(variable => Normalize(variable.Name), StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    /// <summary>Why hosted sources could not be read; the variable checks show it.</summary>
    public ImmutableArray<DeployException> Problems { get; init; } = [];

    /// <summary>The value, or null where no source has it or it is empty.</summary>
    public string? Find(string name) => byName.GetValueOrDefault(Normalize(name))?.Value;

    /// <summary>The value as a secret, or null.</summary>
    public Secret? FindSecret(string name) => Find(name) is { } value ? new Secret(value) : null;

    /// <summary>The source that gave the value (for the table of checks), or null.</summary>
    public string? SourceOf(string name) => byName.GetValueOrDefault(Normalize(name))?.Source;

    /// <summary>The value as a secret.</summary>
    /// <exception cref="MissingVariableException">No source has it.</exception>
    public Secret Require(string name) => FindSecret(name) ?? throw new MissingVariableException(name);

    /// <summary>The value as an absolute address, or <paramref name="standard"/> where it is not set.</summary>
    /// <exception cref="MalformedVariableException">It is set, but no absolute http or https address.</exception>
    public Uri FindUri(string name, string standard)
    {
        var text = Find(name) ?? standard;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Uri(text, UriKind.Absolute)
            : throw new MalformedVariableException(name, "an absolute http or https address");
    }

    static string Normalize(string name)
    {
        var bare = name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        return bare.StartsWith("NUKE", StringComparison.Ordinal) ? bare["NUKE".Length..] : bare;
    }
}

/// <summary>One variable and the name of the source it came from. <see cref="Value"/> may be a secret: do not print it.</summary>
public sealed record Variable(string Name, string Value, string Source)
{
    /// <summary>The name and the source, never the value.</summary>
    public override string ToString() => $"{Name} ({Source})";
}

/// <summary>A variable that is needed is in no source.</summary>
public sealed class MissingVariableException(string name)
    : DeployException($"{name} is not set.", $"Export {name}, or put it into .env.<environment> or AWS Secrets Manager.")
{
    /// <summary>The variable's name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A variable is set but does not have the form it needs. The value is not shown.</summary>
public sealed class MalformedVariableException(string name, string expected)
    : DeployException($"{name} is not {expected}.", $"Correct {name}; its value is not shown because it may be a secret.")
{
    /// <summary>The variable's name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
