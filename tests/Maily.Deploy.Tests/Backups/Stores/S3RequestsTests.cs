using System.Security.Cryptography;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Backups.Stores;

public sealed class S3RequestsTests
{
    static readonly (string, string)[] Keys = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-west-1")];

    [Theory]
    [InlineData("s3://bucket", "s3://bucket", "id/dump/toc.dat")]
    [InlineData("s3://bucket/", "s3://bucket", "id/dump/toc.dat")]
    [InlineData("s3://bucket/a/b/", "s3://bucket/a/b", "a/b/id/dump/toc.dat")]
    public void An_address_says_bucket_and_prefix(string url, string expected, string key)
    {
        var place = Place(("MAILY_BACKUP_URL", url));
        place.ToString().ShouldBe(expected);
        new S3Requests(place).KeyOf("id", "dump/toc.dat").ShouldBe(key);
        BackupStores.At($"{expected}/id", Variables([])).Address.ShouldBe($"{expected}/id");
    }

    [Theory]
    [InlineData("https://bucket.s3.amazonaws.com")]
    [InlineData("s3://")]
    [InlineData("s3://Bucket")]
    [InlineData("bucket/prefix")]
    public void Another_address_is_refused(string url) =>
        Should.Throw<MalformedVariableException>(() => Place(("MAILY_BACKUP_URL", url))).Kind.ShouldBe(FailureKind.Refused);

    [Fact]
    public void What_is_stored_is_encrypted_by_the_server_and_checked_by_it()
    {
        var own = new S3Requests(Place(("MAILY_BACKUP_URL", "s3://bucket"))).Upload("id", "dump/toc.dat", "path");
        own.ServerSideEncryptionMethod.Value.ShouldBe("AES256");
        own.ChecksumAlgorithm.Value.ShouldBe("SHA256");
        var other = new S3Requests(Place(("MAILY_BACKUP_URL", "s3://bucket"), ("MAILY_BACKUP_KMS_KEY", "alias/backups")));
        other.Upload("id", "dump/toc.dat", "path").ServerSideEncryptionMethod.Value.ShouldBe("aws:kms");
        other.Receipt("id", "text").ServerSideEncryptionKeyManagementServiceKeyId.ShouldBe("alias/backups");
    }

    [Fact]
    public void The_address_of_S3_alone_goes_before_that_of_all_services()
    {
        var config = new S3Requests(Place(("MAILY_BACKUP_URL", "s3://bucket"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2"))).Config();
        config.ServiceURL.ShouldBe("http://127.0.0.1:2/");
        config.ForcePathStyle.ShouldBeTrue();
        config.AuthenticationRegion.ShouldBe("eu-west-1");
    }

    [Fact]
    public async Task The_checksum_of_a_file_in_parts_is_that_of_the_parts_checksums()
    {
        var path = Path.GetTempFileName();
        var bytes = RandomNumberGenerator.GetBytes((int)S3Requests.PartSize + 3);
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        byte[] parts = [.. SHA256.HashData(bytes.AsSpan(0, (int)S3Requests.PartSize)), .. SHA256.HashData(bytes.AsSpan((int)S3Requests.PartSize))];
        (await S3Requests.ChecksumAsync(path, TestContext.Current.CancellationToken)).ShouldBe($"{Convert.ToBase64String(SHA256.HashData(parts))}-2");
        await File.WriteAllTextAsync(path, "abc", TestContext.Current.CancellationToken);
        (await S3Requests.ChecksumAsync(path, TestContext.Current.CancellationToken)).ShouldBe("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        File.Delete(path);
    }

    static S3Place Place(params (string, string)[] more) => S3Place.From(Variables(more)).ShouldNotBeNull();

    static Variables Variables((string Name, string Value)[] more) => new(Keys.Concat(more).Select(pair => new Variable(pair.Item1, pair.Item2, "test")));
}
