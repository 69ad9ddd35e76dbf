using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Layouts;
using Maily.Deploy.Images.Progress;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Images.Buildx;

/// <summary>Builds images by docker buildx; only a step's permit opens it.</summary>
sealed class BuildxWriter(ImageSettings settings, BuildxFound buildx, ChangePermit permit, TimeProvider time)
{
    /// <summary>Builds the image: into an OCI layout in that folder where the builder is one of its own, else into the engine.</summary>
    /// <exception cref="ImageBuildException">An instruction failed.</exception>
    public Task BuildAsync(ImageBuild build, ImageOrigin origin, string folder, ImageProgress progress, CancellationToken cancellation) =>
        permit.BoundAsync(token => RunAsync(build, origin, folder, progress, token), cancellation);

    async Task RunAsync(ImageBuild build, ImageOrigin origin, string folder, ImageProgress progress, CancellationToken cancellation)
    {
        var archive = folder + ".tar";
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        var files = await BuildFiles.ReadAsync(build, cancellation);
        var log = new BuildxLog(progress);
        using var login = BuildxLogin.For(settings);
        var command = BuildxCommand.Of(build, origin, settings, buildx, archive);
        try
        {
            await files.SendAsync(contents => new ProcessRunner(time).RunAsync(login?.Add(command) ?? command, log.Take, cancellation, contents), cancellation);
            if (buildx.HasOwnBuilder)
                await OciLayout.UnpackAsync(archive, folder, cancellation);
        }
        catch (CommandFailedException failed)
        {
            throw new ImageBuildException(build.Image.Name, log.Instruction, log.Error ?? failed.Fact, log.Tail, Path.Combine(build.Image.Context, build.Image.Dockerfile), log.Line);
        }
        finally
        {
            File.Delete(archive);
        }
    }
}
