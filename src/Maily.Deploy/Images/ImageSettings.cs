using System.Globalization;
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

    /// <summary>The registry's user (<c>REGISTRY_USER</c>); with a token of GitHub, <c>GITHUB_ACTOR</c>.</summary>
    public string? User { get; init; }

    /// <summary>The registry's password or token (<c>REGISTRY_PASSWORD</c>, for ghcr.io also <c>GITHUB_TOKEN</c>); null for anonymous access.</summary>
    public Secret? Password { get; init; }

    /// <summary>How many images are built, or pushed, at once (<c>MAILY_IMAGES_AT_ONCE</c>, 4 unless set).</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>Whether images may hold what no commit has (<c>--allow-dirty</c>); the release then says so.</summary>
    public bool AllowsUncommitted { get; init; }

    /// <summary>What builds images (<c>MAILY_BUILDER</c>: <c>auto</c>, <c>engine</c> or <c>buildx</c>; <c>auto</c> unless set).</summary>
    public BuilderChoice Builder { get; init; }

    /// <summary>The docker CLI, on PATH or as a full path; only buildx is called through it.</summary>
    public string DockerCli { get; init; } = "docker";

    /// <summary>Reads the settings. Without <c>REGISTRY_PASSWORD</c>, <c>GITHUB_TOKEN</c> logs in to <c>ghcr.io</c>.</summary>
    /// <exception cref="MalformedVariableException">A variable does not have the form it needs.</exception>
    public static ImageSettings From(Variables variables)
    {
        var registry = RegistryAddress.Parse(variables.Find("MAILY_REGISTRY") ?? StandardRegistry);
        var (user, password) = LoginOf(variables, registry);
        return new ImageSettings
        {
            Engine = EngineOf(variables.Find("DOCKER_HOST") ?? StandardEngine),
            Registry = registry,
            BaseImage = variables.Find("MAILY_BASE_IMAGE"),
            User = user,
            Password = password,
            AtOnce = CountOf(variables.Find("MAILY_IMAGES_AT_ONCE") ?? "4"),
            Builder = ChoiceOf(variables.Find("MAILY_BUILDER") ?? "auto"),
        };
    }

    /// <summary>The declaration with the arguments that the settings add.</summary>
    internal ImageSpec Complete(ImageSpec declared) => BaseImage is { } baseImage && !declared.BuildArguments.ContainsKey("BASE_IMAGE")
        ? declared with { BuildArguments = declared.BuildArguments.SetItem("BASE_IMAGE", baseImage) }
        : declared;

    /// <summary>The same for another registry; the login is for its own host only.</summary>
    internal ImageSettings For(RegistryAddress registry) =>
        registry.Host == Registry.Host ? this with { Registry = registry } : this with { Registry = registry, User = null, Password = null };

    // GitHub takes any user's name beside a token.
    static (string? User, Secret? Password) LoginOf(Variables variables, RegistryAddress registry) =>
        variables.FindSecret("REGISTRY_PASSWORD") is { } password ? (variables.Find("REGISTRY_USER"), password)
        : registry.Host == "ghcr.io" && variables.FindSecret("GITHUB_TOKEN") is { } token ? (variables.Find("REGISTRY_USER") ?? variables.Find("GITHUB_ACTOR") ?? "token", token)
        : (variables.Find("REGISTRY_USER"), null);

    static int CountOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 64
        ? count
        : throw new MalformedVariableException("MAILY_IMAGES_AT_ONCE", "a number from 1 to 64");

    static BuilderChoice ChoiceOf(string text) => text switch
    {
        "auto" => BuilderChoice.Auto,
        "engine" => BuilderChoice.Engine,
        "buildx" => BuilderChoice.Buildx,
        _ => throw new MalformedVariableException("MAILY_BUILDER", "auto, engine or buildx"),
    };

    static Uri EngineOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "unix" or "tcp" or "http" or "https" or "npipe"
            ? new Uri(text, UriKind.Absolute)
            : throw new MalformedVariableException("DOCKER_HOST", "an address of a container engine (unix://, tcp://, http://, https:// or npipe://)");
}

/// <summary>What builds images.</summary>
public enum BuilderChoice
{
    /// <summary>buildx where it is found, else the engine's own builder.</summary>
    Auto,

    /// <summary>The engine's own builder.</summary>
    Engine,

    /// <summary>buildx; refused where it is not found.</summary>
    Buildx,
}
