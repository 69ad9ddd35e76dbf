using System.Collections.Immutable;
using System.IO.Pipelines;
using Maily.Deploy.Images.Bases;
using Maily.Deploy.Images.Dockerfiles;

namespace Maily.Deploy.Images;

/// <summary>What a build is given: the files that it sees, its Dockerfile with bases by digest, and its arguments.</summary>
sealed class BuildFiles
{
    readonly BuildContext context;
    readonly ImmutableDictionary<string, string> replaced;

    BuildFiles(BuildContext context, Dockerfile dockerfile, ImmutableDictionary<string, string> replaced) =>
        (this.context, Dockerfile, this.replaced) = (context, dockerfile, replaced);

    /// <summary>The Dockerfile as it lies on the disk.</summary>
    public Dockerfile Dockerfile { get; }

    /// <summary>Lists the files and reads the Dockerfile.</summary>
    public static async Task<BuildFiles> ReadAsync(ImageBuild build, CancellationToken cancellation)
    {
        var dockerfile = await Dockerfile.ReadAsync(build.Image, cancellation);
        var pinned = BaseImages.Pinned(build.Bases);
        var replaced = ImmutableDictionary<string, string>.Empty;
        if (pinned.Count > 0)
            replaced = replaced.Add(build.Image.Dockerfile.Replace('\\', '/'), dockerfile.WithNames(dockerfile.BasesWith(build.Image.BuildArguments), pinned));
        return new BuildFiles(BuildContext.Of(build.Image), dockerfile, replaced);
    }

    /// <summary>The arguments that the build gets.</summary>
    public static ImmutableSortedDictionary<string, string> ArgumentsOf(ImageBuild build, ImageOrigin origin) =>
        build.Image.BuildArguments.ContainsKey("REVISION") ? build.Image.BuildArguments : build.Image.BuildArguments.SetItem("REVISION", origin.Revision);

    /// <summary>Gives the archive to a reader while it is written, so that its size does not matter.</summary>
    /// <exception cref="ContextUnreadableException">A file cannot be read.</exception>
    public async Task SendAsync(Func<Stream, Task> send, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        Exception? unreadable = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writing = WriteAsync(pipe.Writer, failure => unreadable = failure, stop.Token);
        try
        {
            await using var contents = pipe.Reader.AsStream();
            await send(contents);
        }
        catch (Exception failed) when (Volatile.Read(ref unreadable) is IOException or UnauthorizedAccessException && failed is not OperationCanceledException)
        {
            throw new ContextUnreadableException(unreadable!);
        }
        finally
        {
            // A reader that stops reading ends the writing too.
            await pipe.Reader.CompleteAsync();
            await stop.CancelAsync();
            await writing;
        }

        // A reader may take the end for the whole.
        if (unreadable is IOException or UnauthorizedAccessException)
            throw new ContextUnreadableException(unreadable);
    }

    // What goes wrong reaches the reader too.
    async Task WriteAsync(PipeWriter writer, Action<Exception> onFailure, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await using var stream = writer.AsStream(leaveOpen: true);
            await context.WriteTarAsync(stream, replaced, cancellation);
        }
        catch (Exception exception)
        {
            onFailure(failure = exception);
        }

        await writer.CompleteAsync(failure);
    }
}

/// <summary>A file of a build cannot be read.</summary>
public sealed class ContextUnreadableException(Exception cause)
    : DeployException("A file of the build cannot be read.", "See that it exists and may be read, and that nothing changes it during the build.", cause.Message, cause);
