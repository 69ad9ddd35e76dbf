using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images;

/// <summary>Where images are built and pushed.</summary>
public sealed record ImageSettings
{
    const string StandardEngine = "unix:///var/run/docker.sock";
    const string StandardRegistry = "ghcr.io/maily";

    /// <summary>The container engine's address (<c>DOCKER_HOST</c>).</summary>
    public required Uri Engine { get; init; }

    /// <summary>The registry and the path in it (<c>MAILY_REGISTRY</c>, <c>ghcr.io/maily</c> unless set).</summary>
    public required RegistryAddress Registry { get; init; }

    /// <summary>Passed to each build as <c>BASE_IMAGE</c> (<c>MAILY_BASE_IMAGE</c>); null leaves it to the Dockerfile.</summary>
    public string? BaseImage { get; init; }

    /// <summary>The registry's user (<c>REGISTRY_USER</c>); null for anonymous access.</summary>
    public string? User { get; init; }

    /// <summary>The registry's password or token (<c>REGISTRY_PASSWORD</c>).</summary>
    public Secret? Password { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="MalformedVariableException">A variable does not have the form it needs.</exception>
    public static ImageSettings From(Variables variables) => new()
    {
        Engine = EngineOf(variables.Find("DOCKER_HOST") ?? StandardEngine),
        Registry = RegistryAddress.Parse(variables.Find("MAILY_REGISTRY") ?? StandardRegistry),
        BaseImage = variables.Find("MAILY_BASE_IMAGE"),
        User = variables.Find("REGISTRY_USER"),
        Password = variables.FindSecret("REGISTRY_PASSWORD"),
    };

    static Uri EngineOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "unix" or "tcp" or "http" or "https" or "npipe"
            ? new Uri(text, UriKind.Absolute)
            : throw new MalformedVariableException("DOCKER_HOST", "an address of a container engine (unix://, tcp://, http://, https:// or npipe://)");
}
