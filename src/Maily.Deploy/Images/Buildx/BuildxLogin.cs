using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images.Buildx;

/// <summary>
/// A configuration of the docker CLI for one command, which finds the registry's login in a variable of that command: nothing secret is
/// written to the disk, and nothing stays of it.
/// </summary>
sealed class BuildxLogin : IDisposable
{
    const string Helper = "#!/bin/sh\n[ \"$1\" = get ] && cat >/dev/null && printf '%s' \"$MAILY_REGISTRY_LOGIN\"\n";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-docker-");
    readonly ImmutableDictionary<string, Secret> variables;

    BuildxLogin(ImageSettings settings, Secret password)
    {
        var own = Environment.GetEnvironmentVariable("DOCKER_CONFIG") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        var configuration = new JsonObject
        {
            ["credHelpers"] = new JsonObject { [settings.Registry.Host] = "maily" },
            ["cliPluginsExtraDirs"] = new JsonArray(Path.Combine(own, "cli-plugins")),
        };
        File.WriteAllText(Path.Combine(folder.FullName, "config.json"), configuration.ToJsonString());
        var helper = Path.Combine(folder.FullName, "docker-credential-maily");
        File.WriteAllText(helper, Helper);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        variables = ImmutableDictionary<string, Secret>.Empty
            .Add("DOCKER_CONFIG", new Secret(folder.FullName))
            .Add("BUILDX_CONFIG", new Secret(Environment.GetEnvironmentVariable("BUILDX_CONFIG") ?? Path.Combine(own, "buildx")))
            .Add("PATH", new Secret($"{folder.FullName}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}"))
            .Add("MAILY_REGISTRY_LOGIN", new Secret(JsonSerializer.Serialize(new { ServerURL = settings.Registry.Host, Username = settings.User, Secret = password.Reveal() })));
    }

    /// <summary>Makes it; null where the registry is used without a login.</summary>
    public static BuildxLogin? For(ImageSettings settings) => settings.Password is { } password ? new BuildxLogin(settings, password) : null;

    /// <summary>The command with the login.</summary>
    public CommandLine Add(CommandLine command) => command with { Environment = command.Environment.SetItems(variables) };

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);
}
