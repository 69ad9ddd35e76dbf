using System.Text.RegularExpressions;
using Maily.Deploy.Deployments;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.SmokeTests;

/// <summary>Puts variables into the texts of probes.</summary>
sealed partial class ProbeTexts(Variables variables, DeploymentContext context)
{
    /// <summary>The text with each <c>${NAME}</c> replaced.</summary>
    /// <exception cref="MissingVariableException">No source has the variable.</exception>
    public string Resolve(string text) => Placeholder().Replace(text, match => Value(match.Groups["name"].Value));

    string Value(string name) => name switch
    {
        "COMMIT" => context.Commit,
        "DEPLOYMENT" => context.Id.Value,
        "ENVIRONMENT" => context.Environment,
        _ => variables.Require(name).Reveal(),
    };

    [GeneratedRegex("\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();
}
