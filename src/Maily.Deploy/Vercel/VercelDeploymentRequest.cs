using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Vercel;

/// <summary>A staged production deployment as it is asked for.</summary>
public sealed record VercelDeploymentRequest
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The project's name.</summary>
    public required string Name { get; init; }

    /// <summary>The project's id.</summary>
    public required string Project { get; init; }

    /// <summary>Always production: a preview would have to be built again to be promoted.</summary>
    public string Target { get; init; } = "production";

    /// <summary>Never true: the domains move at promotion.</summary>
    public bool AutoAssignCustomDomains { get; init; }

    /// <summary>The files; their contents are uploaded before.</summary>
    public required ImmutableArray<VercelFile> Files { get; init; }

    /// <summary>What is noted on the deployment, so that it is found again.</summary>
    public required ImmutableSortedDictionary<string, string> Meta { get; init; }

    /// <summary>Variables of the running functions, beside those of the project.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Variables of the build, beside those of the project.</summary>
    public VercelBuildSettings? Build { get; init; }

    /// <summary>
    /// The request for the given files as this deployment's own, with the digest of the variables that it will be built with; null
    /// where that is not known.
    /// </summary>
    public static VercelDeploymentRequest For(VercelProject project, DeploymentContext context, ImmutableArray<VercelFile> files, string? variables)
    {
        var commit = ImmutableSortedDictionary<string, string>.Empty.Add("MAILY_COMMIT", context.Commit);
        return new()
        {
            Name = project.Name,
            Project = project.Id,
            Files = files,
            Meta = VercelMeta.Of(context, files, variables),
            Env = commit,
            Build = new VercelBuildSettings(commit),
        };
    }

    /// <summary>The body of the request.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);
}

/// <summary>Settings of one build.</summary>
/// <param name="Env">Its variables.</param>
public sealed record VercelBuildSettings(ImmutableSortedDictionary<string, string> Env);
