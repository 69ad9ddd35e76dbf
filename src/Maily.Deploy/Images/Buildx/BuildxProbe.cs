using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images.Buildx;

/// <summary>Finds out whether docker buildx is there, and what its builder can do. Changes nothing.</summary>
static class BuildxProbe
{
    /// <summary>buildx where it is chosen and found; null where the engine builds.</summary>
    /// <exception cref="BuildxMissingException">It is asked for and not there.</exception>
    public static async Task<BuildxFound?> ChooseAsync(ImageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        if (settings.Builder == BuilderChoice.Engine)
            return null;
        var runner = new ProcessRunner(time);
        try
        {
            var version = await runner.RunAsync(Docker(settings, "buildx", "version"), onLine: null, cancellation);
            var inspection = await runner.RunAsync(Docker(settings, "buildx", "inspect"), onLine: null, cancellation);
            return BuildxFound.Read(version, inspection) ?? throw new BuildxMissingException($"{version}{inspection}", null);
        }
        catch (DeployException missing) when (missing is CommandMissingException or CommandFailedException or BuildxMissingException)
        {
            return settings.Builder == BuilderChoice.Buildx ? throw new BuildxMissingException(missing.Evidence ?? missing.Fact, missing) : null;
        }
    }

    /// <summary>A command of the docker CLI for the engine of the settings.</summary>
    public static CommandLine Docker(ImageSettings settings, params IEnumerable<string> arguments) => CommandLine.Of(settings.DockerCli, arguments) with
    {
        Environment = System.Collections.Immutable.ImmutableDictionary<string, Secret>.Empty.Add("DOCKER_HOST", new Secret(settings.Engine.OriginalString)),
    };
}

/// <summary>buildx is asked for, and there is none that works.</summary>
public sealed class BuildxMissingException(string evidence, Exception? cause)
    : DeployException("MAILY_BUILDER asks for docker buildx, which does not work here.", "Install the plugin (`docker buildx version` shows it), or unset MAILY_BUILDER.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
