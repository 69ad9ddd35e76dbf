using Amazon.S3;
using Amazon.S3.Model;

namespace Maily.Deploy.Backups.Stores;

/// <summary>
/// The client for other servers than AWS: it sends a body as it is, with its checksum in the signature. Some of them take the
/// client's own framing of a body (<c>aws-chunked</c>) for a part of it.
/// </summary>
sealed class PlainS3Client(S3Place place, AmazonS3Config config) : AmazonS3Client(place.Aws.Credentials(), config)
{
    public override Task<PutObjectResponse> PutObjectAsync(PutObjectRequest request, CancellationToken cancellationToken = default)
    {
        request.UseChunkEncoding = false;
        return base.PutObjectAsync(request, cancellationToken);
    }

    public override Task<UploadPartResponse> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken = default)
    {
        request.UseChunkEncoding = false;
        return base.UploadPartAsync(request, cancellationToken);
    }
}
